import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { UserService } from "../../api/schema.ts";
import { navigate } from "../../router/route.ts";
import { useAccount, useAccountId, useHref } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { tell } from "../../ui/toasts.tsx";
import { nameOf } from "../user-names.ts";
import { EMPTY_DRAFT, metadataProblem, toUser } from "./draft.ts";
import { UserForm } from "./user-form.tsx";

export function CreateUser({ onClose }: { readonly onClose: () => void }) {
  const accountId = useAccountId();
  const account = useAccount();
  const href = useHref();
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [userId, setUserId] = useState("");
  const create = useMutation(UserService.method.createUser, {
    onSuccess({ user, created }) {
      if (user === undefined) return;
      tell({ text: created ? `${nameOf(user)} was created` : `${nameOf(user)} was there already, by its external id` });
      onClose();
      navigate(href(["users", user.id]));
    },
  });
  const problems = create.error ? problemOf(create.error).fields : [];
  const submit = () => {
    if (metadataProblem(draft.metadata) === undefined) create.mutate({ accountId, userId, user: toUser(draft) });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" busy={create.isPending}>
        Create user
      </Button>
    </>
  );
  return (
    <Dialog title="Create user" wide onClose={onClose} onSubmit={submit} actions={actions}>
      {create.error && <FormProblem error={create.error} />}
      <UserForm draft={draft} onChange={setDraft} problems={problems} isNew schema={account?.metadataSchema} />
      <Field
        label="Id"
        hint="Left empty, the server makes one. It can't be changed later."
        error={problems.find(({ field }) => field === "user_id" || field === "user.id")?.description}
      >
        {(control) => (
          <TextInput
            {...control}
            className="mono"
            maxLength={128}
            value={userId}
            onChange={(event) => setUserId(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
