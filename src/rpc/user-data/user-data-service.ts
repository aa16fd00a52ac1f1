import type { UserDataService } from "../../../gen/roster/v1/user_data_service_pb.js";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/call.ts";
import { exportUserData } from "./export-user-data.ts";

export function userDataService({ store }: { readonly store: Store }): Handlers<typeof UserDataService> {
  return {
    exportUserData: (request, call) => exportUserData(store, request, call),
  };
}
