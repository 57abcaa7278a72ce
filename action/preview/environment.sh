#!/usr/bin/env bash
# Deploys the environment of the pull request NUMBER by the CDK of the action's own source, and outputs the name of its stack and
# the role of its releases; with CLOSE=true it tears that down and deletes the stack.
set -euo pipefail

# No other environment has such a name by accident: a pull request's end deletes it.
[[ $NUMBER =~ ^[1-9][0-9]{0,9}$ ]] || {
  echo "::error::number \"$NUMBER\": give the number of a pull request; on: pull_request has it" && exit 1
}
environment=pr$NUMBER
cd "$(dirname "$0")/../.."
npm ci --no-audit --no-fund

options=(-c "environment=$environment" -c "github=$REPOSITORY_JOBS")
read -ra more <<<"$CONTEXT"
for option in ${more[@]+"${more[@]}"}; do # bash 3.2 takes an empty list for an unset one
  options+=(-c "$option")
done

if [ "$CLOSE" = true ]; then
  npx cdk destroy --force "${options[@]}"
  printf 'The environment %s is deleted; its photo bucket stays.\n' "$environment" >>"$GITHUB_STEP_SUMMARY"
  exit
fi
outputs=$RUNNER_TEMP/photogallery-outputs.json
npx cdk deploy --require-approval never --outputs-file "$outputs" "${options[@]}"
printf 'stack=photogallery-%s\n' "$environment" >>"$GITHUB_OUTPUT"
node -p '"role=" + Object.values(JSON.parse(fs.readFileSync(process.argv[1])))[0].GitHubRoleArn' "$outputs" >>"$GITHUB_OUTPUT"
