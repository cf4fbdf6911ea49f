from tests.webhooks.conftest import office, receivers

__all__ = ["office", "receivers"]
