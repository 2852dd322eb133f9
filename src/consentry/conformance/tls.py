"""Whether a server still speaks the versions of TLS that nobody should.

Spec: FedAuthz 1.3; BCP 195 (RFC 9325 3.1).
"""

import asyncio
import ssl
import warnings

PATIENCE = 10.0


async def old_tls_is_refused(host: str, port: int) -> bool:
    """Tell whether a handshake with nothing newer than TLS 1.1 fails."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        # That these are out of date is the point.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (ssl.SSLError, OSError, TimeoutError):
        return True
    writer.close()
    return False
