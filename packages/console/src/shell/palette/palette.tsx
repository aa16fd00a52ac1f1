import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { UserService } from "../../api/schema.ts";
import { navigate } from "../../router/route.ts";
import { useHref } from "../../session/account.ts";
import { useMay, useSession } from "../../session/session.ts";
import { Icon } from "../../ui/icon.tsx";
import type { View } from "../views.tsx";
import { type Command, commandsOf, fitting } from "./commands.ts";
import { useFoundUsers } from "./use-found-users.ts";

/** Goes anywhere and does anything by a few letters: views, users, actions. */
export function Palette({ views, onClose }: { readonly views: readonly View[]; readonly onClose: () => void }) {
  const { signOut } = useSession();
  const href = useHref();
  const mayCreate = useMay(UserService.method.createUser);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const go = (path: readonly string[], params?: Readonly<Record<string, string>>) => navigate(href(path, params));
  const commands = fitting(commandsOf({ views, go, mayCreate, signOut }), text);
  const users = useFoundUsers(text).map(
    (user): Command => ({
      id: `user-${user.id}`,
      label: user.label,
      hint: user.hint,
      icon: "users",
      run: () => go(["users", user.id]),
    }),
  );
  const options = [...users, ...commands];
  const current = Math.min(chosen, options.length - 1);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: options.length - 1 }[event.key];
    if (event.key === "Enter") run(options[current]);
    else if (to !== undefined && options.length > 0) setChosen((to + options.length) % options.length);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="dialog palette" aria-label="Command palette" onCancel={onClose} onClose={onClose}>
      <div className="palette-box">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Find users, views and actions"
          aria-expanded={options.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={options.length > 0 ? `${id}-${current}` : undefined}
          placeholder="Find users, views and actions"
          autoComplete="off"
          spellCheck={false}
          maxLength={256}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div id={`${id}-list`} role="listbox" aria-label="Found" className="palette-list">
        {options.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the focus and takes the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the box has the focus, and names this option as the active one.
          <div
            key={command.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            className="palette-option"
            ref={index === current ? intoView : undefined}
            onPointerMove={() => setChosen(index)}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} />
            <span className="truncate">{command.label}</span>
            <span className="soft truncate palette-hint">{command.hint}</span>
          </div>
        ))}
      </div>
      {options.length === 0 && <p className="palette-nothing soft">Nothing is called that.</p>}
    </dialog>
  );
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}
