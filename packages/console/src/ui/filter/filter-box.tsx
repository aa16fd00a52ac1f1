import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Problem } from "../../api/problem.ts";
import { IconButton } from "../button.tsx";
import { Icon } from "../icon.tsx";
import { type Completion, completionsAt, type FieldValues } from "./completions.ts";
import { FilterProblem } from "./filter-problem.tsx";

interface FilterBoxProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onApply: (filter: string) => void;
  readonly fields: readonly string[];
  readonly values: FieldValues;
  /** Of the filter that was applied. */
  readonly problem?: Problem | undefined;
}

/** A filter in CEL, with what can come next, and what is wrong with it where it is wrong. */
export function FilterBox({ label, placeholder, value, onApply, fields, values, problem }: FilterBoxProps) {
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setText(value), [value]);

  const { from, options } = cursor === undefined ? { from: 0, options: [] } : completionsAt(text, cursor, fields, values);
  const open = options.length > 0;
  const track = () => {
    setCursor(input.current?.selectionStart ?? undefined);
    setChosen(-1);
  };
  const take = (option: Completion) => {
    const rest = text.slice(cursor);
    const put = `${text.slice(0, from)}${option.text}`;
    setText(put + rest);
    setChosen(-1);
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(put.length, put.length);
      track();
    });
  };
  const apply = () => {
    setCursor(undefined);
    onApply(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const option = options[chosen];
    if (event.key === "ArrowDown" && open) setChosen((chosen + 1) % options.length);
    else if (event.key === "ArrowUp" && open) setChosen((chosen <= 0 ? options.length : chosen) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && option) take(option);
    else if (event.key === "Enter") apply();
    else if (event.key === "Escape" && open) setCursor(undefined);
    else return;
    event.preventDefault();
  };
  const wrong = problem !== undefined && text.trim() === value;
  return (
    <div className="filter-box">
      <Icon name="filter" />
      <input
        ref={input}
        className="input filter-input mono"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && chosen >= 0 ? `${id}-${chosen}` : undefined}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCursor(event.target.selectionStart ?? undefined);
          setChosen(-1);
        }}
        onClick={track}
        onFocus={track}
        onKeyDown={onKeyDown}
        onBlur={apply}
      />
      {text !== "" && (
        <IconButton
          label="Clear the filter"
          icon="close"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            setText("");
            onApply("");
          }}
        />
      )}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={`${label}: what can come next`}
        className="completions"
        hidden={!open}
      >
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the focus and takes the keys.
          // biome-ignore lint/a11y/useFocusableInteractive: the box has the focus, and names this option as the active one.
          <div
            key={option.text}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="completion"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(option)}
          >
            <code>{option.text}</code>
            <span className="faint">{option.about ?? option.kind}</span>
          </div>
        ))}
      </div>
      {wrong && !open && <FilterProblem id={`${id}-problem`} filter={value} problem={problem} />}
    </div>
  );
}
