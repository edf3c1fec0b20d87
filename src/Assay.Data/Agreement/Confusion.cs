namespace Assay.Data.Agreement;

/// <summary>Answers to yes-or-no questions whose right answer is known.</summary>
/// <param name="RightAccepts">Accepted, rightly.</param>
/// <param name="WrongAccepts">Accepted what should have been rejected.</param>
/// <param name="RightRejects">Rejected, rightly.</param>
/// <param name="WrongRejects">Rejected what should have been accepted.</param>
public sealed record Confusion(int RightAccepts, int WrongAccepts, int RightRejects, int WrongRejects)
{
    /// <summary>Counts answers.</summary>
    public static Confusion Of(IEnumerable<(bool Answer, bool Right)> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var counts = answers.CountBy(answer => answer).ToDictionary();
        return new Confusion(counts.GetValueOrDefault((true, true)), counts.GetValueOrDefault((true, false)), counts.GetValueOrDefault((false, false)), counts.GetValueOrDefault((false, true)));
    }

    /// <summary>Answers in all.</summary>
    public int Answers() => RightAccepts + WrongAccepts + RightRejects + WrongRejects;

    /// <summary>Right answers.</summary>
    public int Right() => RightAccepts + RightRejects;

    /// <summary>Share of right answers, 0 to 1; null without an answer.</summary>
    public double? Accuracy() => Answers() == 0 ? null : (double)Right() / Answers();
}
