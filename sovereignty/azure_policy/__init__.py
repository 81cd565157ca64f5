"""Azure Policy's language, evaluated: what a definition, an initiative or an assignment does to a resource.

    from sovereignty.azure_policy.aliases import AliasCatalogue
    from sovereignty.azure_policy.resource import AzureResource
    from sovereignty.azure_policy.evaluate import evaluate
    from sovereignty.azure_policy.assignment import assigned
    from sovereignty.azure_policy.lint import problems

    accounts = "Microsoft.Storage/storageAccounts"
    aliases = AliasCatalogue({accounts: {f"{accounts}/sku.name": "sku.name"}})
    account = AzureResource.of(accounts, location="westeurope", sku={"name": "Standard_GRS"})
    evaluate(definition, account, {"allowed": ["Standard_LRS"]}, aliases=aliases).effect  # "deny"

Semantics are Microsoft's (azure/governance/policy/concepts/definition-structure-*, assignment-structure, effect-*, and
how-to/author-policies-for-arrays, pages of March 2025). Where they are silent, nothing is guessed: what would decide an
outcome raises `EvaluationFailed`, as does what Azure itself fails on (a failed evaluation there is an implicit deny).
"""
