const place = document.getElementById("graphiql");
const { username, header, prefix } = place.dataset;

const FIRST_STEPS = `# Sign in:
mutation SignIn {
  requestToken(${username}: "", password: "") {
    token
    refreshToken {
      token
    }
  }
}

# Then put the token below, under "Headers":
#
#   { "${header}": "${prefix} the.token.here" }
#
# and ask who you are.
query Me {
  me {
    id
  }
}
`;

// Only what is asked here is sent anywhere, and only to the server this page came from.
const page = React.createElement(GraphiQL, {
  fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
  defaultQuery: FIRST_STEPS,
  isHeadersEditorEnabled: true,
  // A token is not for the disk.
  shouldPersistHeaders: false,
});
ReactDOM.createRoot(place).render(page);
