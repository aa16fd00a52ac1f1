const places = new Map<string, number>();

/** Where a list was left, so that the way back leads there. */
export function useScrollMemory(name: string | undefined) {
  return {
    initialOffset: () => (name === undefined ? 0 : (places.get(name) ?? 0)),
    remember: (offset: number) => {
      if (name !== undefined) places.set(name, offset);
    },
  };
}
