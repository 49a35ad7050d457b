# SPDX-License-Identifier: BSD-2-Clause
# What fish offers behind "jpki": the program itself tells what it takes.

function __jpki_words
    command -q jpki; or return
    set -l typed (commandline -opc)
    set -l current (commandline -ct | string collect --allow-empty)
    # the part of "--option=value" that stays
    set -l option (string match -r -- '^--[^=]*=' $current)
    set -l value (string replace -r -- '^--[^=]*=' '' $current | string unescape)

    for line in (command jpki help --words $typed[2..] "$current" 2>/dev/null)
        switch $line
            case FILE
                string join \n -- "$option"(__fish_complete_path "$value")
            case FOLDER
                string join \n -- "$option"(__fish_complete_directories "$value")
            case '*'
                echo $line
        end
    end
end

complete -c jpki -f -a '(__jpki_words)'
