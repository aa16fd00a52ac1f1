const PATHS = {
  users: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14a5.5 5.5 0 0 1 11 0",
  account: "M3 14V3.500L8 2l5 1.500V14M2 14h12M6 6h1M9 6h1M6 9h1M9 9h1M7 14v-2.500h2V14",
  key: "M10 9.500a3.5 3.5 0 1 0-3.300-2.300L2 12v2h2.500v-1.500H6V11h1.500l1.200-1.700A3.5 3.5 0 0 0 10 9.500M11 5.500h.01",
  audit: "M4 2h6l3 3v9H4zM10 2v3h3M6.5 8h4M6.5 11h4",
  server: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.6 10.6 14 14",
  filter: "M2 3.500h12L9.5 8.800V13L6.5 14V8.800z",
  plus: "M8 3v10M3 8h10",
  check: "m3 8.5 3.200 3.200L13 5",
  close: "m4 4 8 8M12 4l-8 8",
  down: "m4 6 4 4 4-4",
  right: "m6 4 4 4-4 4",
  left: "m10 4-4 4 4 4",
  up: "M8 13V3.500M4 7l4-4 4 4",
  descending: "M8 3v9.500M4 9l4 4 4-4",
  columns: "M2.5 3h11v10h-11zM6.200 3v10M9.800 3v10",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  sun: "M8 10.800A2.800 2.800 0 1 0 8 5.200a2.800 2.800 0 0 0 0 5.6M8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M12.6 3.400l-.9.9M4.300 11.700l-.9.9",
  moon: "M13.5 9.700A6 6 0 0 1 6.300 2.500a6 6 0 1 0 7.200 7.200",
  system: "M2 3h12v8H2zM6 14h4M8 11v3",
  copy: "M5.5 5.500V3A.5.5 0 0 1 6 2.500h7a.5.5 0 0 1 .5.500v7a.5.5 0 0 1-.5.500h-2.500M3 5.500h7.500V13H3z",
  pencil: "M3 13v-2.500L10.5 3 13 5.5 5.5 13zM9 4.5 11.5 7",
  trash: "M2.5 4.500h11M6 4.500V3h4v1.500M4 4.5 4.6 14h6.800l.6-9.500M6.700 7v4.500M9.300 7v4.5",
  warning: "M8 2.5 14.5 13.500h-13zM8 6.500v3.500M8 12h.01",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.500V11M8 5.200h.01",
  out: "M6 2.500H3v11h3M10 5l3 3-3 3M13 8H6",
  external: "M9 3h4v4M13 3 7.5 8.500M11 9v4H3V5h4",
  refresh: "M13.5 3v3.500H10M2.5 13V9.500H6M12.800 6.300A5.200 5.200 0 0 0 3.5 5.500M3.200 9.700a5.200 5.200 0 0 0 9.300.8",
  import: "M8 2v8M4.800 7 8 10.200 11.200 7M2.5 11v2.500h11V11",
  export: "M8 10V2M4.800 5 8 1.800 11.200 5M2.5 11v2.500h11V11",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M4.5 3v10L12.5 8z",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  history: "M2.5 8A5.5 5.5 0 1 0 4.300 4M2.5 2.500V5H5M8 5v3.200l2 1.300",
} as const;

export type IconName = keyof typeof PATHS;

/** Says nothing to screen readers: the text beside it does. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
