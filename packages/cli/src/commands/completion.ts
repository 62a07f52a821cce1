import { type Command, UsageError } from '../command.ts';
import { findCommand } from '../find-command.ts';
import { namesFor } from './completion-names.ts';

/** What a shell runs for the words typed so far; it prints what the last of them can become, one a line. */
const scripts: Readonly<Record<string, string>> = {
  // bash breaks words at colons, which are in the names of images, and replaces what is behind the last of them only.
  bash: `_longshore() {
  local word line="\${COMP_LINE:0:COMP_POINT}"
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local last="\${words[-1]}"
  local before="\${last%"\${last##*[:=]}"}"
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("\${word#"$before"}"); done < <(longshore completion words -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *: ]] && compopt -o nospace
}
complete -o default -F _longshore longshore`,
  zsh: `#compdef longshore
_longshore() {
  local -a found begun
  found=("\${(@f)$(longshore completion words -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  begun=("\${(@M)found:#*:}")
  found=("\${(@)found:#*:}")
  if [[ -z "\${found[1]}\${begun[1]}" ]]; then _files; return; fi
  compadd -a found
  compadd -S '' -a begun
}
compdef _longshore longshore`,
  fish: `complete -c longshore -f -a '(longshore completion words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** `longshore completion`: what a shell needs to complete this command, made of the same table as the help. */
export function completionOf(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'Prints the completion for a shell: bash, zsh or fish',
    takes: [{ name: 'SHELL' }, { name: 'WORD', optional: true, many: true }],
    flags: [],
    examples: [
      'source <(longshore completion bash)',
      'longshore completion zsh > ~/.zfunc/_longshore',
      'longshore completion fish > ~/.config/fish/completions/longshore.fish',
    ],
    operations: [],
    async run({ words: [shell = '', ...typed] }, surroundings) {
      const { output } = surroundings;
      if (shell === 'words') {
        const known = wordsFor(typed, commands());
        for (const word of known.length > 0 ? known : await namesFor(typed, commands(), surroundings)) output.out(word);
        return 0;
      }
      const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
      if (script === undefined) throw new UsageError(`there is completion for ${Object.keys(scripts).join(', ')}, not for '${shell}'`);
      output.out(script);
      return 0;
    },
  };
}

/** What the last word can become: verbs, flags of the command, or the choices of the flag before it. */
export function wordsFor(typed: readonly string[], commands: readonly Command[]): string[] {
  const before = typed.slice(0, -1).filter((word) => !word.startsWith('-'));
  const last = typed.at(-1) ?? '';
  const verbs = verbsBehind(before, commands).filter((word) => word.startsWith(last));
  const command = findCommand(before, commands);
  if (command === undefined || (verbs.length > 0 && !last.startsWith('-'))) return verbs;
  const previous = command.flags.find(({ name, short }) => typed.at(-2) === `--${name}` || typed.at(-2) === `-${short}`);
  if (previous?.value !== undefined) return (previous.choices ?? []).filter((choice) => choice.startsWith(last));
  if (!last.startsWith('-')) return [];
  return command.flags.map(({ name }) => `--${name}`).filter((flag) => flag.startsWith(last) && !typed.slice(0, -1).includes(flag));
}

function verbsBehind(before: readonly string[], commands: readonly Command[]): string[] {
  const lines = commands.map(({ name }) => name.split(' ')).filter((words) => before.every((word, at) => words[at] === word));
  return unique(lines.flatMap((words) => words[before.length] ?? []));
}

const unique = (words: readonly string[]) => [...new Set(words)].sort();
