#!/bin/bash
# What a service is given: its arguments and its variables, each on a line, quoted. It fails if the first
# argument says so, and says more of what it inherits if that is "inherited".
LC_ALL=C
{
  for argument in "$@"; do printf 'argument %q\n' "$argument"; done
  printf 'folder %q\n' "$PWD"
  while IFS= read -r -d '' variable; do
    case $variable in
      PATH=* | LANG=* | HOME=* | LOGNAME=* | USER=* | SHELL=* | HOST=* | PORT=* | INSTANCE_ID=* | ZONE=*) ;;
      PWD=* | OLDPWD=* | SHLVL=* | INVOCATION_ID=* | JOURNAL_STREAM=* | SYSTEMD_* | XDG_* | MANAGERPID* | MEMORY_PRESSURE_*) ;;
      *) printf 'variable %q\n' "$variable" ;;
    esac
  done <"/proc/$$/environ" | sort
  if [ "$1" = inherited ]; then
    printf 'umask %s files %s %s\n' "$(umask)" "$(ulimit -Sn)" "$(ulimit -Hn)"
    for folder in ${RUNTIME_DIRECTORY//:/ } ${STATE_DIRECTORY//:/ } ${CACHE_DIRECTORY//:/ } ${LOGS_DIRECTORY//:/ }; do
      printf 'folder %s %s %s\n' "$folder" "$(stat -c %a "$folder")" "$(ls "$folder")"
      : >"$folder/file"
    done
  fi
  echo end
} >>"${0%/*}/said"
[ "$1" != fail ]
