import { createUsersClient } from "@roster/client";
import { type Settings, usersSeen } from "./seen";

self.onmessage = async ({ data }: MessageEvent<Settings>) => postMessage(await usersSeen(createUsersClient(data)));
