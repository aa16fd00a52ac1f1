import type { AuditEntry } from "../api/schema.ts";
import { fullTime, isoTime } from "../api/time.ts";
import { useHref } from "../session/account.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Fact } from "../ui/fact.tsx";
import { MonoLink } from "../ui/mono-link.tsx";
import { Action } from "./audit-columns.tsx";
import { callerHref, keyHref, resourceHref, userHref } from "./audit-links.ts";
import { callerName, callName, resourceName } from "./audit-names.ts";

/** All that an entry says. */
export function Entry({ entry, onClose }: { readonly entry: AuditEntry; readonly onClose: () => void }) {
  const href = useHref();
  const { time, userId, apiKeyId, tokenIssuer, tokenSubject, callerAccountId, address, requestId } = entry;
  const actions = (
    <Button look="primary" onClick={onClose}>
      Close
    </Button>
  );
  return (
    <Dialog title={`Entry ${entry.sequence.toLocaleString("en")}`} wide onClose={onClose} actions={actions}>
      <dl className="facts">
        <Fact label="What">
          <Action entry={entry} />
        </Fact>
        <Fact label={resourceName(entry) || "Resource"}>
          <MonoLink href={resourceHref(entry, href)}>{entry.resourceId}</MonoLink>
        </Fact>
        {userId !== entry.resourceId && (
          <Fact label="Of the user">
            <MonoLink href={userHref(userId, href)}>{userId}</MonoLink>
          </Fact>
        )}
        <Fact label="Changed fields">{entry.changedFields.join(", ")}</Fact>
        {entry.refusal !== "" && <Fact label="Why it was refused">{entry.refusal}</Fact>}
        <Fact label="When">
          {time && (
            <>
              {fullTime(time)} <code className="soft">{isoTime(time)}</code>
            </>
          )}
        </Fact>
        <Fact label="By">
          <MonoLink href={callerHref(entry, href)}>{callerName(entry)}</MonoLink>
        </Fact>
        {callerAccountId !== "" && <Fact label="Of the account">{callerAccountId}</Fact>}
        {apiKeyId !== "" && (
          <Fact label="With the key">
            <MonoLink href={keyHref(entry, href)}>{apiKeyId}</MonoLink>
          </Fact>
        )}
        {tokenSubject !== "" && <Fact label="With the token of">{`${tokenSubject}, ${tokenIssuer}`}</Fact>}
        <Fact label="Call">{entry.method && <code>{callName(entry)}</code>}</Fact>
        <Fact label="From the address">{address && <code>{address}</code>}</Fact>
        <Fact label="Request id">{requestId && <code>{requestId}</code>}</Fact>
      </dl>
    </Dialog>
  );
}
