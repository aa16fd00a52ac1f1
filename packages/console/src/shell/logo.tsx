export function Logo() {
  return (
    <span className="logo">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="#0f766e" />
        <circle cx="11" cy="12" r="4" fill="#fff" />
        <path d="M4.5 24a6.5 6.5 0 0 1 13 0z" fill="#fff" />
        <path d="M20 10h8M20 16h8M20 22h8" stroke="#99f6e4" strokeWidth="2.5" strokeLinecap="round" />
      </svg>
      Roster
    </span>
  );
}
