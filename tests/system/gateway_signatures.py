# SPDX-License-Identifier: BSD-2-Clause
"""What servers do with a signed request: compute the signature again, from the request as they received it.

Each function returns None for a request whose signature is right, or says what is wrong. Written from the documents
named, with Python's own hashes; nothing here knows how the request was made.
"""
import base64
import binascii
import calendar
import email.utils
import hashlib
import hmac
import re
import time
import urllib.parse

# How far a clock may be off, in seconds: AWS, Azure and OVHcloud all look.
CLOCK_OFF = 300


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _canonical_query(query):
    """Sorted by name, then value; names and values percent-encoded, "=" also after a name without a value."""
    pairs = [(urllib.parse.unquote(name), urllib.parse.unquote(value))
             for name, _, value in (part.partition("=") for part in query.split("&") if part)]
    encoded = sorted((urllib.parse.quote(name, safe="-_.~"), urllib.parse.quote(value, safe="-_.~"))
                     for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _canonical_headers(request, names):
    """The signed headers with their values trimmed and runs of blanks made one; None if one is not there once."""
    lines = ""
    for name in names:
        values = [value for key, value in request.headers if key.lower() == name]
        if len(values) != 1:
            return None
        lines += f"{name}:{re.sub(' +', ' ', values[0].strip())}\n"
    return lines


def sigv4(request, access_key, secret_key, region, service, token=None, now=None):
    """AWS Signature Version 4, "Create a signed AWS API request" in the IAM user guide."""
    # pylint: disable=too-many-arguments,too-many-locals,too-many-return-statements
    form = (r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\d{8})/([^/, ]+)/([^/, ]+)/aws4_request, "
            r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})")
    parts = re.fullmatch(form, request.header("Authorization") or "")
    stamp = request.header("X-Amz-Date") or ""
    if not parts:
        return "Authorization is not of Signature Version 4"
    if parts.group(1) != access_key:
        return "InvalidClientTokenId"
    if parts.group(3, 4) != (region, service) or not re.fullmatch(r"\d{8}T\d{6}Z", stamp) or \
            parts.group(2) != stamp[:8]:
        return "the credential's scope is another"
    if abs(calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - (now or time.time())) > CLOCK_OFF:
        return "the request is too old, or not yet"
    if request.header("X-Amz-Security-Token") != token:
        return "the security token is another"
    names = parts.group(5).split(";")
    needed = {"host"} | {name.lower() for name, _ in request.headers
                         if name.lower() == "content-type" or name.lower().startswith("x-amz-")}
    if names != sorted(names) or needed - set(names):
        return f"not all signed, or not in order: {names}"
    headers = _canonical_headers(request, names)
    if headers is None:
        return f"signed, and not there: {names}"
    path, _, query = request.target.partition("?")
    canonical = "\n".join([request.method, urllib.parse.quote(path, safe="/-_.~"), _canonical_query(query), headers,
                           ";".join(names), hashlib.sha256(request.body).hexdigest()])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = _hmac(("AWS4" + secret_key).encode(), stamp[:8])
    for part in (region, service, "aws4_request"):
        key = _hmac(key, part)
    if not hmac.compare_digest(_hmac(key, text).hex(), parts.group(6)):
        return "SignatureDoesNotMatch"
    return None


def azure(request, access_key, now=None):
    """Azure Communication Services, "Sign an HTTP request" (HMAC-SHA256)."""
    date, told = request.header("x-ms-date") or "", request.header("x-ms-content-sha256")
    if not re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d "
                        r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT", date):
        return "x-ms-date is no date of RFC 1123"
    stamp = email.utils.parsedate_to_datetime(date)
    if email.utils.format_datetime(stamp, usegmt=True) != date or \
            abs(stamp.timestamp() - (now or time.time())) > CLOCK_OFF:
        return "x-ms-date is another day or time"
    content = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    if told != content:
        return "x-ms-content-sha256 is another's"
    text = f"{request.method}\n{request.target}\n{date};{request.header('Host')};{content}"
    try:
        key = base64.b64decode(access_key, validate=True)
    except binascii.Error:
        return "no key"
    signature = base64.b64encode(_hmac(key, text)).decode()
    wanted = f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
    return None if request.header("Authorization") == wanted else "the signature is another"


def ovh(request, keys, scheme="https", now=None):
    """OVHcloud, "First steps with the API": "$1$" and SHA-1. keys: application key and secret, consumer key."""
    application_key, application_secret, consumer_key = keys
    stamp = request.header("X-Ovh-Timestamp") or ""
    if (request.header("X-Ovh-Application"), request.header("X-Ovh-Consumer")) != (application_key, consumer_key):
        return "INVALID_KEY"
    if not re.fullmatch(r"[1-9]\d{9}", stamp) or abs(int(stamp) - (now or time.time())) > CLOCK_OFF:
        return "QUERY_TIME_OUT"
    text = "+".join([application_secret, consumer_key, request.method,
                     f"{scheme}://{request.header('Host')}{request.target}", request.body.decode(), stamp])
    signature = "$1$" + hashlib.sha1(text.encode()).hexdigest()
    return None if request.header("X-Ovh-Signature") == signature else "INVALID_SIGNATURE"
