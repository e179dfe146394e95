usage() {
    cat <<'EOF'
usage: scan-image.sh IMAGE [TRIVY-OPTION...]

Scans IMAGE with trivy. Ends with 1 when a hole with a fix is older than the deadline of its severity, counted from the day it
was published; with 0 when there is none; with 3 when the scan itself fails. Further words are options for trivy, but for those that
say what is written where: with HARDEN_REPORT=FILE the report of trivy, as JSON, stays in FILE.
EOF
}

fail() {
    printf 'scan-image.sh: %s\n' "$*" >&2
    exit 3
}

case ${1-} in
    '' | -*)
        usage
        exit 2
        ;;
esac
image=$1
shift
for word in "$@"; do
    case $word in
        -o | -o?* | --output | --output=* | -f | -f?* | --format | --format=* | --ignorefile | --ignorefile=* | --exit-code | --exit-code=*)
            printf 'scan-image.sh: %s is set here; HARDEN_REPORT=FILE keeps the report\n' "${word%%=*}" >&2
            exit 2
            ;;
    esac
done

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
for program in trivy jq; do
    command -v "$program" >/dev/null || fail "$program is not installed"
done
report=${HARDEN_REPORT-}
if [[ -z $report ]]; then
    report=$(mktemp)
    trap 'rm -f -- "$report"' EXIT
fi
: >"$report" || fail "$report cannot be written"

# Of an option that stands twice the last counts.
trivy image "$@" --quiet --exit-code 0 --format json --ignorefile "$here/trivyignore.yaml" --output "$report" -- "$image" ||
    fail "trivy could not scan $image"
# An empty report says nothing of the image, and jq takes it for one without holes.
jq -es 'length == 1 and (.[0].SchemaVersion != null)' "$report" >/dev/null 2>&1 || fail "trivy left no report of $image"

# Each hole once: severity, age in days or -1, limit in days or -1, id, package, installed and fixed version.
rows=$(
    jq -r --arg deadlines "$deadlines" '
        ($deadlines | split(" ") | map(select(length > 0) | split("=") | { key: .[0], value: (.[1] | tonumber) }) | from_entries) as $limits
        | [.Results[]?.Vulnerabilities[]?]
        | unique_by([.VulnerabilityID, .PkgName, .InstalledVersion])[]
        | ((.PublishedDate // "") | sub("\\.[0-9]+"; "") | try ((now - fromdateiso8601) / 86400 | floor) catch -1) as $age
        | [(.Severity // "UNKNOWN"), $age, ($limits[.Severity // "UNKNOWN"] // -1), .VulnerabilityID, (.PkgName // "?"),
           (.InstalledVersion // "?"), (.FixedVersion // "")]
        | map(tostring | gsub("[[:cntrl:]]"; " "))
        | join("\u001f")
    ' "$report"
) || fail "the report of trivy is not what jq expects"

late=0
# A tab would swallow an empty field: it counts as a space.
while IFS=$'\x1f' read -r severity age limit id package installed fixed; do
    [[ -n $severity ]] || continue
    if [[ -z $fixed ]]; then
        state='no fix yet'
    elif ((limit < 0)); then
        state='no deadline'
    elif ((age < 0)); then
        state='LATE: no day of publication'
        late=$((late + 1))
    elif ((age > limit)); then
        state="LATE: $((age - limit)) days"
        late=$((late + 1))
    else
        state="due in $((limit - age)) days"
    fi
    printf '%-8s %-20s %-30s %s -> %s  %s\n' "$severity" "$id" "$package" "$installed" "${fixed:-?}" "$state"
done <<<"$rows"

if ((late > 0)); then
    printf '%s: %s past their deadline\n' "$image" "$late" >&2
    exit 1
fi
printf '%s: none past its deadline\n' "$image" >&2
