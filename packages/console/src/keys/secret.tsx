import { Button } from "../ui/button.tsx";
import { Copy } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, TextInput } from "../ui/field.tsx";
import { Notice } from "../ui/states.tsx";

interface SecretProps {
  readonly title: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** The secret of a key, the one time that it is known. */
export function Secret({ title, secret, onClose }: SecretProps) {
  const actions = (
    <Button look="primary" onClick={onClose}>
      I have kept it
    </Button>
  );
  return (
    <Dialog title={title} wide onClose={onClose} actions={actions}>
      <Notice tone="warn" icon="warning">
        This secret is shown once. Roster keeps a hash of it alone: if it is lost, rotate the key.
      </Notice>
      <Field label="Secret">
        {(control) => (
          <span className="secret">
            <TextInput {...control} className="mono" readOnly value={secret} onFocus={(event) => event.target.select()} />
            <Copy text={secret} what="the secret" />
          </span>
        )}
      </Field>
    </Dialog>
  );
}
