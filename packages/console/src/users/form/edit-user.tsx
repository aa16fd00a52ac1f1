import { createClient } from "@connectrpc/connect";
import { useMutation, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { type User, UserService } from "../../api/schema.ts";
import { useAccount, useAccountId } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { tell, tellProblem } from "../../ui/toasts.tsx";
import { nameOf } from "../user-names.ts";
import { Conflict } from "./conflict.tsx";
import { changedPaths, type Draft, metadataProblem, toDraft, toUser } from "./draft.ts";
import { UserForm } from "./user-form.tsx";

interface EditUserProps {
  /** As it is now: it may change while it is edited. */
  readonly user: User;
  readonly onClose: () => void;
}

/** Edits a user. What others save meanwhile is not overwritten: both versions are shown, and put together. */
export function EditUser({ user, onClose }: EditUserProps) {
  const accountId = useAccountId();
  const account = useAccount();
  const transport = useTransport();
  const [base, setBase] = useState(user);
  const [draft, setDraft] = useState(() => toDraft(user));
  const [theirs, setTheirs] = useState<User>();
  const update = useMutation(UserService.method.updateUser, {
    onSuccess({ user: saved }) {
      if (saved) tell({ text: `${nameOf(saved)} was saved` });
      onClose();
    },
    onError(error) {
      if (problemOf(error).reason === "ETAG_MISMATCH") void compare();
    },
  });
  const compare = async () => {
    try {
      const answer = await createClient(UserService, transport).getUser({ accountId, key: { case: "id", value: user.id } });
      setTheirs(answer.user);
    } catch (error) {
      tellProblem(error);
    }
  };
  const save = (from: User, to: Draft) => {
    const paths = changedPaths(toDraft(from), to);
    if (paths.length === 0) return onClose();
    const changes = { ...toUser(to), id: user.id, etag: from.etag };
    update.mutate({ accountId, user: changes, updateMask: { paths } });
  };
  const resolved = (merged: Draft) => {
    if (theirs === undefined) return;
    setBase(theirs);
    setDraft(merged);
    setTheirs(undefined);
    save(theirs, merged);
  };
  if (theirs !== undefined) {
    return (
      <Conflict
        base={base}
        theirs={theirs}
        draft={draft}
        onBack={() => setTheirs(undefined)}
        onResolve={resolved}
        onClose={onClose}
      />
    );
  }
  const error = update.error && problemOf(update.error).reason !== "ETAG_MISMATCH" ? update.error : undefined;
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" busy={update.isPending}>
        Save
      </Button>
    </>
  );
  const submit = () => {
    if (metadataProblem(draft.metadata) === undefined) save(base, draft);
  };
  return (
    <Dialog title={`Edit ${nameOf(base)}`} wide onClose={onClose} onSubmit={submit} actions={actions}>
      {error && <FormProblem error={error} />}
      {user.etag !== base.etag && (
        <Notice tone="warn" icon="warning">
          Somebody has changed this user since you began. When you save, you will see both versions.
        </Notice>
      )}
      <UserForm
        draft={draft}
        onChange={setDraft}
        problems={error ? problemOf(error).fields : []}
        isNew={false}
        schema={account?.metadataSchema}
      />
    </Dialog>
  );
}
