import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { type ApiKey, ApiKeyService } from "../api/schema.ts";
import { useRefresh } from "../api/use-refresh.ts";
import { useAccountId } from "../session/account.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Select } from "../ui/field.tsx";
import { FormProblem } from "../ui/states.tsx";
import { Secret } from "./secret.tsx";

const OVERLAPS: ReadonlyArray<readonly [string, string]> = [
  ["0", "No longer"],
  ["3600", "1 hour"],
  ["86400", "1 day"],
  ["604800", "7 days"],
  ["2592000", "30 days"],
];

/** Gives a key another secret, and shows it. */
export function RotateKey({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const accountId = useAccountId();
  const refresh = useRefresh(ApiKeyService);
  const [overlap, setOverlap] = useState("86400");
  const rotate = useMutation(ApiKeyService.method.rotateApiKey, { onSuccess: () => void refresh() });
  if (rotate.data !== undefined) {
    return <Secret title={`${apiKey.displayName} has a new secret`} secret={rotate.data.secret} onClose={onClose} />;
  }
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" icon="refresh" busy={rotate.isPending}>
        Rotate
      </Button>
    </>
  );
  const submit = () => rotate.mutate({ accountId, id: apiKey.id, overlap: { seconds: BigInt(overlap) } });
  return (
    <Dialog title={`Rotate ${apiKey.displayName}`} onClose={onClose} onSubmit={submit} actions={actions}>
      {rotate.error && <FormProblem error={rotate.error} />}
      <p>The key gets a new secret, and stays the same in all else. The new secret works at once.</p>
      <Field label="How much longer the old secret works" hint="Long enough to bring the new one to all who call with it.">
        {(control) => (
          <Select {...control} options={OVERLAPS} value={overlap} onChange={(event) => setOverlap(event.target.value)} />
        )}
      </Field>
    </Dialog>
  );
}
