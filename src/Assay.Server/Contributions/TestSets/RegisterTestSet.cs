using System.ComponentModel.DataAnnotations;
using Assay.Client.Contributions;
using Assay.Data.FileTypes;
using Assay.Server.Accounts;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Assay.Server.Contributions.TestSets;

/// <summary>POST /api/v1/test-sets: an owner (for a datanet) or the operator (for all) registers texts that must not be trained on. Only hashes of them are kept, and nothing gives them back.</summary>
internal static class RegisterTestSet
{
    private const int MostItems = 20_000, LongestItem = 65_536, MostRuns = 1_000_000;

    /// <param name="Name">1 to 80 characters; findings name it.</param>
    /// <param name="Items">The questions or texts, 1 to 20,000 of 1 to 65,536 characters.</param>
    /// <param name="Datanet">The datanet it holds for; absent: all of them, which only the operator may ask for.</param>
    public sealed record Request([property: Required, StringLength(80, MinimumLength = 1)] string Name, [property: Required] IReadOnlyList<string> Items, string? Datanet = null);

    public static void Map(RouteGroupBuilder group) => group.MapPost("/test-sets", HandleAsync).RequireAuthorization(Scopes.Contribute);

    internal static async Task<Results<Created<TestSetView>, ProblemHttpResult>> HandleAsync(
        Request request, CurrentUser user, AssayDb db, DbWriter writer, TimeProvider clock, CancellationToken cancel)
    {
        if (await TestSetRights.RefuseAsync(db, user, request.Datanet, cancel) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (!DisplayName.IsClean(request.Name) || request.Items.Count is < 1 or > MostItems || request.Items.Any(item => item.Length is < 1 or > LongestItem))
        {
            return Refusal.Invalid($"A test set needs a name of visible characters and 1 to {MostItems} texts of 1 to {LongestItem} characters; {request.Items.Count} were given.").ToProblem();
        }

        var runs = request.Items.SelectMany(Contamination.RunsOf).ToHashSet();
        if (runs.Count > MostRuns)
        {
            return Refusal.Invalid($"The texts have {runs.Count} runs of 13 words; {MostRuns} are the most. Split the test set.").ToProblem();
        }

        var row = new TestSetRow
        {
            Id = AssayDb.NewId("t_"),
            DatanetId = request.Datanet,
            Name = request.Name.Trim(),
            Items = request.Items.Count,
            Runs = runs.Count,
            RegisteredAt = clock.GetUtcNow(),
            RegisteredById = user.Id,
        };
        await writer.WriteAsync((rows, _) =>
        {
            rows.TestSets.Add(row);
            rows.TestSetRuns.AddRange(runs.Select(hash => new TestSetRunRow { Hash = unchecked((long)hash), TestSetId = row.Id }));
            return Task.FromResult(true);
        }, cancel);
        return TypedResults.Created($"/api/v1/test-sets/{row.Id}", (await TestSetViews.OneAsync(db, row.Id, cancel))!);
    }
}
