using System.Text.Json;
using Assay.Client;
using Assay.Client.Datanets;

namespace Assay.Server.Datanets.Settings;

/// <summary>Grading of the owner's qualification questions: pure.</summary>
internal static class Quiz
{
    private const int MostQuestions = 10, FewestOptions = 2, MostOptions = 6, ShortestText = 10, LongestText = 500, LongestOption = 200, MostRetryHours = 168;

    public static QuizDraft? Read(string? json) => json is null ? null : JsonSerializer.Deserialize<QuizDraft>(json, AssayJson.Options);

    public static string? Write(QuizDraft quiz) => quiz.Questions.Count == 0 ? null : JsonSerializer.Serialize(quiz, AssayJson.Options);

    /// <summary>Why a quiz cannot be set; null when it can.</summary>
    public static string? Problem(QuizDraft quiz)
    {
        if (quiz.Questions.Count > MostQuestions)
        {
            return $"{quiz.Questions.Count} questions were given; {MostQuestions} are the most, and none removes the quiz.";
        }

        if (quiz.PassPercent is < 1 or > 100 || quiz.RetryHours is < 1 or > MostRetryHours)
        {
            return $"pass_percent is {quiz.PassPercent} and retry_hours {quiz.RetryHours}; they may be 1 to 100 and 1 to {MostRetryHours}.";
        }

        foreach (var (number, question) in quiz.Questions.Index())
        {
            if (question.Text.Trim().Length is < ShortestText or > LongestText || question.Why.Length > LongestText)
            {
                return $"Question {number + 1} has {question.Text.Trim().Length} characters and an explanation of {question.Why.Length}; {ShortestText} to {LongestText} and at most {LongestText} are allowed.";
            }

            if (question.Options.Count is < FewestOptions or > MostOptions || question.Options.Any(option => option.Trim().Length is < 1 or > LongestOption))
            {
                return $"Question {number + 1} has {question.Options.Count} answers; {FewestOptions} to {MostOptions} of 1 to {LongestOption} characters are allowed.";
            }

            if (question.Right < 0 || question.Right >= question.Options.Count)
            {
                return $"Question {number + 1} names answer {question.Right} as right; its answers are numbered 0 to {question.Options.Count - 1}.";
            }
        }

        return null;
    }

    /// <summary>Grades an attempt.</summary>
    /// <param name="quiz">The questions.</param>
    /// <param name="chosen">As many positions as there are questions.</param>
    /// <param name="now">When it was answered; the next attempt is <see cref="QuizDraft.RetryHours"/> later.</param>
    public static QuizResult Grade(QuizDraft quiz, IReadOnlyList<int> chosen, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(chosen.Count, quiz.Questions.Count);
        var right = quiz.Questions.Zip(chosen).Count(pair => pair.First.Right == pair.Second);
        var passed = right * 100 >= quiz.PassPercent * quiz.Questions.Count;
        return new QuizResult(passed, right, quiz.Questions.Count,
            [.. quiz.Questions.Zip(chosen).Select(pair =>
            {
                var isRight = pair.First.Right == pair.Second;
                return new QuizFeedback(pair.First.Text, isRight, (isRight || passed) && pair.First.Why.Length > 0 ? pair.First.Why : null);
            })],
            passed ? null : now.AddHours(quiz.RetryHours));
    }
}
