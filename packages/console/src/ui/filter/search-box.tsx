import { useEffect, useRef, useState } from "react";
import { IconButton } from "../button.tsx";
import { Icon } from "../icon.tsx";

const PAUSE_MS = 150;

interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  readonly maxLength: number;
  readonly onSearch: (query: string) => void;
}

/** Searches as one types. */
export function SearchBox({ label, value, maxLength, onSearch }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const typed = useRef(value);
  useEffect(() => {
    if (value !== typed.current) setText(value);
    typed.current = value;
  }, [value]);
  useEffect(() => {
    if (text === typed.current) return;
    const timer = setTimeout(() => {
      typed.current = text;
      onSearch(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  return (
    <div className="search-box">
      <Icon name="search" />
      <input
        type="search"
        className="input"
        aria-label={label}
        placeholder={label}
        data-search
        autoComplete="off"
        spellCheck={false}
        maxLength={maxLength}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {text !== "" && <IconButton label="Clear the search" icon="close" onClick={() => setText("")} />}
    </div>
  );
}
