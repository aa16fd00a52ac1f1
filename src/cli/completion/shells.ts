/**
 * What each shell runs when somebody presses the tab key: it asks `roster complete`, which answers with a line for each candidate (the
 * word, a tab, what it means) and with `:files` where the shell shall add names of files.
 */
export const SHELLS = {
  bash: {
    setUp: 'eval "$(roster completion bash)", in ~/.bashrc',
    script: `_roster() {
  local current=\${COMP_WORDS[COMP_CWORD]} line
  [[ $current == "=" ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" "$current" 2>/dev/null)
}
complete -F _roster roster
`,
  },
  zsh: {
    setUp: 'eval "$(roster completion zsh)", in ~/.zshrc, after compinit',
    script: `#compdef roster
_roster() {
  local -a candidates
  local line files=
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <("\${words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe -t roster roster candidates
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _roster ]]; then _roster "$@"; else compdef _roster roster; fi
`,
  },
  fish: {
    setUp: "roster completion fish > ~/.config/fish/completions/roster.fish",
    script: `function __roster_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c roster -f -a '(__roster_complete)'
`,
  },
} as const;
