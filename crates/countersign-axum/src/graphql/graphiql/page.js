const SIGN_IN = `# Sign in:
mutation {
  requestToken(username: "", password: "") {
    token
    refreshToken {
      token
    }
  }
}

# Then put the token below, under "Headers":
#
#   { "Authorization": "JWT the.token.here" }
#
# and ask who you are.
query {
  me {
    id
  }
}
`;

// Only what is asked here is sent anywhere, and only to the server this page came from.
const fetcher = GraphiQL.createFetcher({ url: window.location.pathname });
const page = React.createElement(GraphiQL, {
  fetcher,
  defaultQuery: SIGN_IN,
  isHeadersEditorEnabled: true,
  // A token is not for the disk.
  shouldPersistHeaders: false,
});
ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
