import { toJsonString } from "@bufbuild/protobuf";
import { type PurgeReceipt, PurgeReceiptSchema } from "../../api/schema.ts";
import { Button } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { download } from "../../ui/download.ts";
import { Notice } from "../../ui/states.tsx";
import { TimeText } from "../../ui/time-text.tsx";

interface ReceiptProps {
  readonly name: string;
  readonly receipt: PurgeReceipt;
  readonly onClose: () => void;
}

/** What a purge has removed. It is shown once: nothing else leads from the user to its pseudonym. */
export function Receipt({ name, receipt, onClose }: ReceiptProps) {
  const save = () =>
    download(`purge-${receipt.userId}.json`, "application/json", [
      toJsonString(PurgeReceiptSchema, receipt, { prettySpaces: 2 }),
    ]);
  const actions = (
    <>
      <Button icon="export" onClick={save}>
        Save the receipt
      </Button>
      <Button look="primary" onClick={onClose}>
        Done
      </Button>
    </>
  );
  const counts = [
    ["Sessions", receipt.sessionCount],
    ["API keys", receipt.apiKeyCount],
    ["Changes in the history", receipt.changeCount],
    ["Remembered answers", receipt.responseCount],
    ["Audit entries kept without the name", receipt.auditEntryCount],
  ] as const;
  return (
    <Dialog title={`${name} was erased`} onClose={onClose} actions={actions}>
      <Notice tone="good" icon="check">
        This receipt is shown once. Keep it if you must tell later which audit entries were of this user.
      </Notice>
      <dl className="facts">
        <div className="fact">
          <dt>Id</dt>
          <dd className="mono">{receipt.userId}</dd>
        </div>
        <div className="fact">
          <dt>Erased</dt>
          <dd>
            <TimeText time={receipt.purgeTime} />
          </dd>
        </div>
        {counts.map(([label, count]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd>{count.toLocaleString("en")}</dd>
          </div>
        ))}
        <div className="fact">
          <dt>Pseudonym</dt>
          <dd>
            <span className="with-copy">
              <code>{receipt.auditPseudonym}</code>
              <Copy text={receipt.auditPseudonym} what="the pseudonym" />
            </span>
          </dd>
        </div>
      </dl>
    </Dialog>
  );
}
