using System.Net;
using System.Text.Json;

namespace Assay.Server.Tests;

/// <summary>What a refusal says.</summary>
internal static class Problem
{
    /// <summary>Expects problem+json with a status and, when given, a reason; returns its members.</summary>
    public static async Task<JsonElement> RefusedAsync(this Task<HttpResponseMessage> sent, HttpStatusCode status, string? reason = null)
    {
        using var answer = await sent;
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"Expected {(int)status}, got {(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(text);
        var problem = document.RootElement.Clone();
        if (reason is not null)
        {
            Assert.Equal(reason, problem.GetProperty("reason").GetString());
            Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
        }

        return problem;
    }
}
