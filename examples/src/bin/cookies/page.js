// No line of this sees a token: the browser keeps them where no script can read, and sends them along.

const the = (id) => document.getElementById(id);
let nextRefresh;

// What changes something says so in a header, which no other site can send.
function send(path, method, body) {
  const headers = method === "GET" ? {} : { "X-Countersign": "1" };
  return fetch(path, { method, headers, body });
}

// Who is not let in refreshes and asks again, whatever came of it: another tab may have been faster.
async function ask(path, method = "GET", body) {
  let answer = await send(path, method, body);
  if (answer.status === 401) {
    await refresh();
    answer = await send(path, method, body);
  }
  if (answer.status === 401) show(null);
  return answer;
}

// One tab at a time, so that none logs out while another is being given new cookies.
const alone = (work) => navigator.locks.request("session", work);

const refresh = () =>
  alone(async () => {
    const answer = await send("/auth/session/refresh", "POST");
    if (answer.ok) {
      refreshWithin((await answer.json()).expires_in);
      the("refreshes").textContent = Number(the("refreshes").textContent) + 1;
    }
    return answer;
  });

// After two thirds of the time. A computer that is asleep by then refreshes when it is told 401.
function refreshWithin(seconds) {
  clearTimeout(nextRefresh);
  nextRefresh = setTimeout(refreshInTime, (seconds * 2000) / 3);
}

async function refreshInTime() {
  const answer = await refresh().catch(() => null);
  if (answer?.ok) return;
  if (answer?.status === 401) await enter();
  else nextRefresh = setTimeout(refreshInTime, 5000);
}

async function enter() {
  const answer = await ask("/auth/me");
  if (answer.ok) await welcome(await answer.json());
}

async function logIn(event) {
  event.preventDefault();
  const form = Object.fromEntries(new FormData(the("login")));
  const answer = await send("/auth/login", "POST", JSON.stringify(form));
  const told = await answer.json();
  the("refusal").textContent = answer.ok ? "" : told.detail;
  if (answer.ok) await welcome(told);
}

async function logOut() {
  const answer = await alone(() => send("/auth/session/logout", "POST"));
  if (answer.ok) show(null);
}

async function welcome({ user, expires_in }) {
  show(user);
  refreshWithin(expires_in);
  await readNotes();
}

function show(user) {
  if (!user) clearTimeout(nextRefresh);
  the("login").hidden = Boolean(user);
  the("inside").hidden = !user;
  the("who").textContent = user ? user.username : "";
  the("notes").replaceChildren();
}

async function readNotes() {
  const answer = await ask("/notes");
  if (!answer.ok) return;
  const items = (await answer.json()).map((note) => {
    const item = document.createElement("li");
    item.textContent = note;
    return item;
  });
  the("notes").replaceChildren(...items);
}

async function writeNote(event) {
  event.preventDefault();
  const answer = await ask("/notes", "POST", new FormData(the("write")).get("note"));
  if (answer.ok) the("write").reset();
  await readNotes();
}

the("login").addEventListener("submit", logIn);
the("logout").addEventListener("click", logOut);
the("write").addEventListener("submit", writeNote);
await enter();
