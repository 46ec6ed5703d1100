import pytest

from catalog.identifiers import acl_id, arxiv_id, doi


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://arxiv.org/pdf/2001.01234v1.pdf", "2001.01234"),
        ("http://www.arxiv.org/abs/2001.01234?context=cs.CL", "2001.01234"),
        ("https://arxiv.org/pdf/2001.01234", "2001.01234"),
        ("arXiv:2001.01234v4 [cs.CL]", "2001.01234"),
        (" 2001.01234 ", "2001.01234"),
        ("0706.1234", "0706.1234"),
        ("CoRR, abs/2001.01234", "2001.01234"),
        ("https://doi.org/10.48550/arXiv.2001.01234", "2001.01234"),
        ("https://arxiv.org/pdf/cs/0112017.pdf", "cs/0112017"),
        ("cond-mat/9901001v2", "cond-mat/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("https://example.org/2001.01234", ""),
        ("https://arxiv.org/list/cs.CL/recent", ""),
        ("10.1145/2001.01234", ""),
        ("2013.12345", ""),
        ("", ""),
    ],
)
def test_arxiv_id_is_found_without_its_version(text, expected):
    assert arxiv_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://doi.org/10.18653/v1/N18-0001", "10.18653/v1/n18-0001"),
        ("doi:10.1016/S0031-3203(96)00142-2.", "10.1016/s0031-3203(96)00142-2"),
        ("(https://doi.org/10.1145/1234567.8901)", "10.1145/1234567.8901"),
        ("https://link.springer.com/content/pdf/10.1007/s1-021-01453-z.pdf", "10.1007/s1-021-01453-z"),
        ("https://link.springer.com/chapter/10.1007%2F978-3-030-1_2?error=x", "10.1007/978-3-030-1_2"),
        ("https://onlinelibrary.wiley.com/doi/10.1002/abc.12/full", "10.1002/abc.12"),
        ("https://dl.acm.org/citation.cfm?doid=10.1145/12.34&cf=1", "10.1145/12.34"),
        ("https://example.org/paper.pdf", ""),
    ],
)
def test_doi_is_found_in_lower_case_without_the_tail_of_an_address(text, expected):
    assert doi(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://aclweb.org/anthology/N18-0001", "N18-0001"),
        ("https://www.aclweb.org/anthology/P18-0001/", "P18-0001"),
        ("https://www.aclweb.org/anthology/W19-4302.pdf", "W19-4302"),
        ("http://www.aclweb.org/anthology/P/P14/P14-1062.pdf", "P14-1062"),
        ("https://aclanthology.info/papers/P18-0001/p18-0001", "P18-0001"),
        ("https://aclanthology.org/2020.acl-main.1.pdf", "2020.acl-main.1"),
        ("https://www.aclweb.org/anthology/2020.emnlp-main.36", "2020.emnlp-main.36"),
        ("https://doi.org/10.18653/v1/2020.acl-main.1", "2020.acl-main.1"),
        ("d19-0001", "D19-0001"),
        ("https://arxiv.org/abs/2001.01234", ""),
        ("2001.01234", ""),
    ],
)
def test_acl_id_is_found_in_every_age_of_the_anthology(text, expected):
    assert acl_id(text) == expected


def test_hostile_text_takes_no_time():
    for text in ("10.1000/" + ")" * 2_000_000, "arxiv:" * 500_000, "https://" + "10.10/" * 500_000):
        assert (arxiv_id(text), acl_id(text)) == ("", "")
        assert len(doi(text)) < 220
