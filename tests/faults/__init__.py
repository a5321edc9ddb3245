"""What bad luck and bad people do to a registry on a disk. ``REGISTRY_APP_FAULTS=full`` runs every figure in docs/reliability.md."""
