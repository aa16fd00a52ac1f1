import type { IconName } from "../../ui/icon.tsx";
import { setTheme, THEMES } from "../theme.ts";
import type { View } from "../views.tsx";

/** Something that the palette can do. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly icon: IconName;
  readonly run: () => void;
}

interface Context {
  readonly views: readonly View[];
  readonly go: (path: readonly string[], params?: Readonly<Record<string, string>>) => void;
  readonly mayCreate: boolean;
  readonly signOut: () => void;
}

/** What can be done from everywhere. */
export function commandsOf({ views, go, mayCreate, signOut }: Context): readonly Command[] {
  return [
    ...views.map(({ id, label, icon }): Command => ({ id: `go-${id}`, label, hint: "Go to", icon, run: () => go([id]) })),
    ...(mayCreate
      ? [
          {
            id: "create-user",
            label: "Create user",
            hint: "Users",
            icon: "plus" as const,
            run: () => go(["users"], { new: "1" }),
          },
        ]
      : []),
    ...THEMES.map(
      (theme): Command => ({
        id: `theme-${theme}`,
        label: `Colours: ${theme}`,
        hint: "Appearance",
        icon: "sun",
        run: () => setTheme(theme),
      }),
    ),
    { id: "sign-out", label: "Sign out", hint: "Session", icon: "out", run: signOut },
  ];
}

/** Those that have each of the words. */
export function fitting(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(({ label, hint }) => words.every((word) => `${label} ${hint}`.toLowerCase().includes(word)));
}
