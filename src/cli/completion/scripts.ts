/**
 * The scripts that make a shell ask devbox what can stand at the cursor. Each hands over the words up to the cursor,
 * the last one possibly empty, and leaves the choosing to `devbox __complete`.
 */
export const completionScripts: Readonly<Record<string, string>> = {
  // bash breaks words at = and :, and replaces only the part after the last of them.
  bash: `# bash completion for devbox:  source <(devbox completion bash)
_devbox() {
  local rest=\${COMP_LINE:0:COMP_POINT} gap word cut="" candidate char
  local -a words=()
  local index
  for ((index = 0; index <= COMP_CWORD; index++)); do
    gap=\${rest%%[![:space:]]*}
    rest=\${rest:\${#gap}}
    word=\${COMP_WORDS[index]:0:\${#rest}}
    if [[ -n $gap || \${#words[@]} -eq 0 ]]; then
      words+=("$word")
    else
      words[\${#words[@]} - 1]+=$word
    fi
    rest=\${rest:\${#word}}
  done
  word=\${words[\${#words[@]} - 1]}
  for char in = :; do
    if [[ $COMP_WORDBREAKS == *$char* && $word == *$char* ]]; then
      candidate=\${word%"\${word##*$char}"}
      ((\${#candidate} > \${#cut})) && cut=$candidate
    fi
  done
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("\${candidate#"$cut"}")
  done < <(devbox __complete bash -- "\${words[@]:1}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -gt 0 && \${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
  return 0
}
complete -o default -F _devbox devbox
`,
  zsh: `#compdef devbox
# zsh completion for devbox:  source <(devbox completion zsh), after compinit
_devbox() {
  local -a lines values shown keys keysShown
  local line value text
  lines=("\${(@f)$(devbox __complete zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in $lines; do
    value=\${line%%$'\\t'*}
    text=$value
    [[ $line == *$'\\t'* ]] && text="$value  -- \${line#*$'\\t'}"
    if [[ $value == *= ]]; then
      keys+=("$value")
      keysShown+=("$text")
    elif [[ -n $value ]]; then
      values+=("$value")
      shown+=("$text")
    fi
  done
  if ((\${#keys} + \${#values} == 0)); then
    _files
    return
  fi
  compadd -l -d shown -a values
  compadd -l -S '' -d keysShown -a keys
}
if [[ \${funcstack[1]} == _devbox ]]; then
  _devbox "$@"
else
  compdef _devbox devbox
fi
`,
  fish: `# fish completion for devbox:  devbox completion fish | source
function __devbox_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    devbox __complete fish -- $words "$current" 2>/dev/null
end
complete -c devbox -f -a '(__devbox_complete)'
`,
};
