import { useMutation } from "@connectrpc/connect-query";
import { type ApiKey, ApiKeyService } from "../api/schema.ts";
import { useRefresh } from "../api/use-refresh.ts";
import { useAccountId } from "../session/account.ts";
import { useSession } from "../session/session.ts";
import { Confirm } from "../ui/confirm.tsx";
import { tell } from "../ui/toasts.tsx";

/** Asks before a key is ended for ever. */
export function RevokeKey({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const accountId = useAccountId();
  const { who } = useSession();
  const refresh = useRefresh(ApiKeyService);
  const revoke = useMutation(ApiKeyService.method.revokeApiKey, {
    onSuccess() {
      tell({ text: `${apiKey.displayName} is revoked` });
      onClose();
      return refresh();
    },
  });
  return (
    <Confirm
      title={`Revoke ${apiKey.displayName}`}
      action="Revoke"
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ accountId, id: apiKey.id })}
      onClose={onClose}
    >
      The key ends at once and for ever: whoever calls with it is refused.
      {who.apiKey?.id === apiKey.id && <strong> It is the key that you are signed in with.</strong>}
    </Confirm>
  );
}
