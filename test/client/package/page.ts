// A page that shows what its client gets, and what that of a worker gets.
import { createUsersClient, RosterError } from "@roster/client";
import { type Settings, usersSeen } from "./seen";

const settings: Settings = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const users = createUsersClient(settings);
const page = await usersSeen(users);
const refusal = await users
  .getUser({ key: { case: "id", value: "nobody" } })
  .catch((error) => RosterError.from(error).reason);
const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
worker.postMessage(settings);
worker.onmessage = ({ data }) => {
  document.body.textContent = JSON.stringify({ page, refusal, worker: data });
};
