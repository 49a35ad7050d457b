#compdef jpki
# SPDX-License-Identifier: BSD-2-Clause
# What zsh offers behind "jpki": the program itself tells what it takes.

local word text files folders
local -a found

while IFS=$'\t' read -r word text; do
	case $word in
	FILE) files=1 ;;
	FOLDER) folders=1 ;;
	*) found+=("$word${text:+:$text}") ;;
	esac
done < <(command jpki help --words "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)

[[ $PREFIX == --*=* ]] && compset -P '*='
if [[ -n $files ]]; then
	_files
elif [[ -n $folders ]]; then
	_path_files -/
else
	_describe jpki found
fi
