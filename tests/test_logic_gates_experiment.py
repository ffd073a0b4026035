"""The experiment `logic-gates`: the lecture's gates, their thresholds, and their words."""

from experiments import logic_gates


def test_each_of_the_lectures_gates_has_its_interval_and_its_words():
    result = logic_gates.run()
    assert result.holds
    claims = {claim.claim: claim.measured for claim in result.claims}
    assert claims["the thresholds that make NOT, as margins() gives them"] == "(-1, 0]"
    assert claims["the thresholds that make OR, as margins() gives them"] == "(0, 1]"
    assert claims["the thresholds that make AND, as margins() gives them"] == "(1, 2]"
    titles = {
        name: next(t for t in result.figures[name].axes[0].texts if t.get_gid() == "title")
        for name in ("or", "and", "not")
    }
    assert titles["or"].get_text() == "OR: addition, a low threshold"
    assert titles["not"].get_text() == "NOT: subtraction, inhibition"
