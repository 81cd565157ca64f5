"""The embedded cloud: stand-ins for the AWS and Azure providers, so that `pulumi up` runs with no account.

`sandbox.provider` serves the provider protocol, `sandbox.plugins` puts the stand-ins where the engine looks for them,
`sandbox.store` keeps what they made. Nothing of the product imports this package.
"""
