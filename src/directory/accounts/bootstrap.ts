import { insertApiKey } from "../keys/api-keys.ts";
import type { Store } from "../store/store.ts";
import { USER_DEFAULTS } from "../users/user-fields.ts";
import { insertUser } from "../users/users.ts";
import { DEFAULT_ACCOUNT } from "./account.ts";

/**
 * On an empty store, creates the default account, a super admin and an ADMIN key with the given secret. Returns whether it
 * did: of several servers that start at once, one does.
 */
export async function bootstrap(store: Store, secret: string): Promise<boolean> {
  const created = await store.createAccount(
    { id: DEFAULT_ACCOUNT, name: "Default", slug: DEFAULT_ACCOUNT, metadata: {} },
    async (tx) => {
      const user = await insertUser(tx, { ...USER_DEFAULTS, displayName: "First super admin", superAdmin: true });
      await insertApiKey(
        tx,
        { displayName: "Bootstrap", userId: user.id, role: "ADMIN", expireTime: null, requireNonce: false, rateLimit: null },
        secret,
      );
      return true;
    },
  );
  return created ?? false;
}
