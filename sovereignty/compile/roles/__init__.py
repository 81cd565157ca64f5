"""The roles that a zone presupposes: who may take each on, and what it may do.

They are made once, by hand, before the zone's policies bind their accounts (`sovereignty bootstrap`): afterwards nobody
inside can change two of them. No permissions boundary is set: it would be a policy of the account, which the deployment
role may write below `policy/sovereign/`; the zone's SCPs are the boundary that nobody inside can take away.
For the same reason what these roles may do stands in inline policies, which the role's own protection covers.
"""
