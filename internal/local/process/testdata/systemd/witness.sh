#!/bin/bash
# What a service is given: its arguments and its variables, each on a line, quoted. It fails if the first
# argument says so.
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
  echo end
} >>"${0%/*}/said"
[ "$1" != fail ]
