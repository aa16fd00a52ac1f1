import { useState } from "react";
import { UserService } from "../../api/schema.ts";
import { useMay } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { BatchDialog } from "./batch-dialog.tsx";
import { OPERATIONS, type Operation } from "./operations.ts";

/** What can be done to the users that are selected. It lies over the list, so that nothing moves when it comes. */
export function BatchBar({ ids, onClear }: { readonly ids: readonly string[]; readonly onClear: () => void }) {
  const may = useMay(UserService.method.batchUpdateUsers);
  const [operation, setOperation] = useState<Operation>();
  if (ids.length === 0 || !may) return null;
  const close = (done: boolean) => {
    setOperation(undefined);
    if (done) onClear();
  };
  return (
    <section className="batch-bar" aria-label="Selection">
      <strong role="status">{ids.length.toLocaleString("en")} selected</strong>
      {OPERATIONS.map((each) => (
        <Button key={each.id} look={each.forGood ? "danger" : "plain"} icon={each.icon} onClick={() => setOperation(each)}>
          {each.label}
        </Button>
      ))}
      <Button look="quiet" onClick={onClear}>
        Clear
      </Button>
      {operation !== undefined && <BatchDialog operation={operation} ids={ids} onClose={close} />}
    </section>
  );
}
