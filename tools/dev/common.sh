# Shared by ./dev and its helpers; the working directory is the root of the repository.
# shellcheck shell=bash

say() {
    if [ -t 2 ]; then printf '\033[1m== %s\033[0m\n' "$*" >&2; else printf '== %s\n' "$*" >&2; fi
}

fail() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}

# sources PATTERN... prints all our files whose name matches one of the patterns, each ended by a NUL.
sources() {
    local names=(-name "$1") pattern
    for pattern in "${@:2}"; do names+=(-o -name "$pattern"); done
    find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "${names[@]}" \) -print0
}

# install_packages LIST... installs what packaging/debian/LIST-packages.txt names and dpkg does not have.
install_packages() {
    local lists=("${@/#/packaging/debian/}") wanted missing
    mapfile -t wanted < <(grep -hv '^#' "${lists[@]/%/-packages.txt}" | sort -u)
    mapfile -t missing < <(printf '%s\n' "${wanted[@]}" | comm -23 - <(installed_of "${wanted[@]}"))
    [ ${#missing[@]} = 0 ] || tools/dev/install.sh "${missing[@]}"
}

# Those of the named packages that are installed, sorted.
installed_of() {
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u
}

# How many compilers at once: one takes up to 1.5 GiB on the largest sources.
jobs_that_fit() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ {print int($2 / 1572864)}' /proc/meminfo)
    ((memory < cores)) && cores=$memory
    echo $((cores > 0 ? cores : 1))
}

# configure PRESET makes build/PRESET, or brings it up to date with the presets.
configure() {
    [ "build/$1/build.ninja" -nt CMakePresets.json ] && return
    say "configure $1"
    cmake --preset "$1" >&2
}

# build PRESET [TARGET]
build() {
    configure "$1"
    say "build $1"
    cmake --build "build/$1" -j "$(jobs_that_fit)" ${2:+--target "$2"} >&2
}
