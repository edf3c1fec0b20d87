using System.Text;
using System.Text.Json;
using Assay.Client;
using Assay.Client.Chat;
using Assay.Server.Accounts;
using Assay.Server.Datanets.Reading;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Chat;

/// <summary>
/// POST /api/v1/answers/{id}/correction: turns a corrected answer into a draft for a datanet. The draft is contributed like any other
/// file, with <c>from_answer</c>, and passes the same gate, quota and validation.
/// </summary>
internal static class CorrectAnswer
{
    public static void Map(RouteGroupBuilder group) => group.MapPost("/answers/{id}/correction", HandleAsync);

    internal static async Task<Results<Ok<DraftView>, ProblemHttpResult>> HandleAsync(
        string id, CorrectionRequest request, CurrentUser user, AssayDb db, CancellationToken cancel)
    {
        var answer = await Readable.Answers(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, cancel);
        if (answer is null)
        {
            return Refusal.NotFound("answer", id).ToProblem();
        }

        var datanet = await Readable.Datanets(db, user.Viewer).AsNoTracking().FirstOrDefaultAsync(row => row.Id == request.DatanetId, cancel);
        if (datanet is null)
        {
            return Refusal.NotFound("datanet", request.DatanetId).ToProblem();
        }

        if (request.Text.Trim().Length is < 1 or > 100_000)
        {
            return Refusal.Invalid("The corrected answer needs 1 to 100,000 characters.").ToProblem();
        }

        var question = JsonSerializer.Deserialize<List<ChatTurn>>(answer.Messages, AssayJson.Options)!.FindLast(turn => turn.Role == "user")?.Content ?? "";
        return TypedResults.Ok(new DraftView(datanet.Id, $"correction-{id[2..]}.md", Write(question, request.Text), datanet.LicenceList[0], id));
    }

    /// <summary>The draft: the question as a heading, the corrected answer below it. Markdown that already has headings is kept as it is.</summary>
    internal static string Write(string question, string text)
    {
        if (text.TrimStart().StartsWith('#'))
        {
            return text.Trim() + "\n";
        }

        var heading = new StringBuilder();
        foreach (var character in question.Trim())
        {
            heading.Append(char.IsControl(character) ? ' ' : character);
        }

        return $"## {heading}\n\n{text.Trim()}\n";
    }
}
