"""Signed webhooks: other systems are told what readers can see anew, no more, or otherwise.

Signed as the Standard Webhooks say (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp` and
`webhook-signature: v1,base64(HMAC-SHA256(secret, "id.timestamp.body"))`; receivers refuse old timestamps.
"""
