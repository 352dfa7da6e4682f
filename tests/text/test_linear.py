"""Products of rows and layers."""

import numpy as np
import pytest

from amends.text.linear import times


@pytest.mark.parametrize("count", [0, 1, 12, 13, 14, 40, 131])
@pytest.mark.parametrize(("width", "columns"), [(96, 192), (5, 3), (600, 700)])
def test_a_product_in_strips_is_the_product(count: int, width: int, columns: int) -> None:
    chance = np.random.default_rng(count)
    rows = chance.standard_normal((count, width + 4)).astype(np.float32)
    layer = chance.standard_normal((width, columns)).astype(np.float32)
    # Rows that are part of wider ones too.
    for given in (rows[:, 4:], rows[:, :width], rows[:, :width].copy()):
        made = times(given, layer)
        assert made.dtype == np.float32
        assert made == pytest.approx(given @ layer, abs=1e-3)
