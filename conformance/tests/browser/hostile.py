"""A parser that answers with what breaks reports: markup, scripts, templates, terminal sequences,
bytes that are no text.

It gets some right, so that there are passes, too, and dies of an empty datagram with the same on its lips.
"""

import json
import sys

PAYLOADS = [
    '<script>canary("tag")</script>',
    '"><img src=x onerror=canary("attribute")>',
    "'><img src=x onerror='canary(1)'>",
    '</script><script>canary("end")</script>',
    '</style><style>*{display:none}</style>',
    '</textarea></title></pre></code></span></details><h1>fake</h1>',
    '<svg/onload=canary("svg")>',
    '<iframe srcdoc="<script>parent.canary(1)</script>"></iframe>',
    '<a href="javascript:canary(1)">click</a>',
    '<meta http-equiv="refresh" content="0;url=https://example.com/">',
    '<base href="https://example.com/"><link rel=stylesheet href="/x.css">',
    '<!-- <![CDATA[ ]]> -->',
    '&lt;script&gt;canary(1)&lt;/script&gt;',
    '{{7*7}}{% for x in range(9) %}{{ x }}{% endfor %}{# gone #}',
    '${canary("literal")}`${canary("literal")}`',
    "');canary('quote');//",
    '\x1b[31mred\x1b[0m\x1b[2J\x07',
    'nul \0 and \r and \x85',
    '\u202egnorw\u2028\u2029\ufeff',
    '\ud800 alone',
]


def answer(count, datagram):
    payload = PAYLOADS[count % len(PAYLOADS)]
    match count % 7:
        case 0:
            return json.dumps({"event": payload, "params": []})
        case 1:
            return json.dumps({"event": "E_TEST", "params": [{"name": payload, "value": payload}]})
        case 2:
            return json.dumps({"error": payload})
        case 3:
            return "{" + payload.replace("\n", " ").encode("utf-8", "replace").decode()
        case 4:
            return json.dumps({"event": "E_TEST", "params": [{"value": payload}, {"name": payload, "value": 1}], payload: payload})
        case 5:
            return json.dumps({"event_hex": payload.encode("utf-8", "replace").hex() + "ff", "params": []})
        case _:
            return json.dumps(right(datagram))


def right(datagram):
    name, _, rest = datagram.decode("latin-1").partition("\n")
    params = [dict(zip(("name", "value"), line.split("::", 1))) if "::" in line else {"value": line} for line in rest.split("\n")[:-2]]
    return {"event": name, "params": params}


def main():
    out = sys.stdout.buffer
    start = {"ready": True, "name": PAYLOADS[1], "version": PAYLOADS[0] + PAYLOADS[16], "not_applicable": ["T16", PAYLOADS[3]]}
    out.write(json.dumps(start).encode() + b"\n")
    out.flush()
    count = 0
    for line in sys.stdin:
        datagram = bytes.fromhex(line)
        if not datagram:
            sys.exit("\n".join(payload.encode("utf-8", "replace").decode() for payload in PAYLOADS))
        if datagram.startswith(b"E_EVDG_FENCE"):
            report = json.dumps(right(datagram))
        else:
            report = answer(count, datagram)
            count += 1
        out.write(report.encode("utf-8", "surrogatepass").replace(b"\n", b" ") + b"\n")
        out.flush()


main()
