import type { User } from "../../api/schema.ts";
import type { LiveUser } from "./use-user.ts";

export interface TabProps {
  readonly user: User;
  readonly live: LiveUser;
}
