using Assay.Client.Chat;
using Assay.Server.Chat;

namespace Assay.Server.Tests.Chat;

public sealed class AnswerTextTests
{
    [Fact]
    public void The_pieces_are_cut_at_the_spans_and_join_to_the_whole_text() => Assert.Equal(
        [new("The ", 0), new("tide gauge", 1), new(" and ", 0), new("buoy", 2)],
        AnswerText.Pieces("The tide gauge and buoy", [Span(4, 14), Span(19, 23)]));

    [Fact]
    public void Where_spans_overlap_the_earlier_one_keeps_the_characters() => Assert.Equal(
        [new("abc", 1), new("de", 2), new("f", 0)],
        AnswerText.Pieces("abcdef", [Span(0, 3), Span(1, 5)]));

    [Fact]
    public void A_span_inside_another_or_beyond_the_text_makes_no_piece() => Assert.Equal(
        [new("abc", 1), new("def", 0)],
        AnswerText.Pieces("abcdef", [Span(0, 3), Span(1, 2), Span(9, 12)]));

    [Fact]
    public void An_answer_without_sources_is_one_piece() => Assert.Equal([new("abc", 0)], AnswerText.Pieces("abc", []));

    private static SpanView Span(int start, int end) => new(start, end, end - start, 0, []);
}
