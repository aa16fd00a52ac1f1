import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { setTheme, THEMES, useTheme } from "./theme.ts";

const ICONS = { system: "system", light: "sun", dark: "moon" } as const;
const LABELS = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function ThemeMenu() {
  const theme = useTheme();
  const items = THEMES.map((each) => ({ label: LABELS[each], checked: each === theme, onSelect: () => setTheme(each) }));
  return (
    <Menu label="Colours" items={items}>
      <Icon name={ICONS[theme]} />
    </Menu>
  );
}
