import { createUsersClient } from "@roster/client";
import { type Settings, usersSeen } from "./seen";

export const run = (settings: Settings) => usersSeen(createUsersClient(settings));
