# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What bash offers behind "jpki": the program itself tells what it takes.

_jpki() {
	local current=${COMP_WORDS[COMP_CWORD]} word
	local typed=("${COMP_WORDS[@]:1:COMP_CWORD}")

	[[ $current == = ]] && current= # of "--option=", of which bash makes two words
	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		case $word in
		FILE) compopt -o default ;;
		FOLDER) compopt -o dirnames ;;
		"$current"*) COMPREPLY+=("$word") ;;
		esac
	done < <(command jpki help --words "${typed[@]}" 2>/dev/null)
}

complete -F _jpki jpki
