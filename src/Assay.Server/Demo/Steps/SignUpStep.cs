using System.Security.Cryptography;
using Assay.Client;
using Assay.Client.Accounts;
using Assay.Server.Accounts;

namespace Assay.Server.Demo.Steps;

/// <summary>Operator, owner, two contributors, a reviewer and a builder sign up; each gets an API key.</summary>
internal static class SignUpStep
{
    private static readonly (string Part, string Name, string Does)[] Cast =
    [
        ("operator", "Olga", "runs this installation"),
        ("owner", "Dana", "owns the datanet"),
        ("careful", "Cara", "contributes carefully"),
        ("prolific", "Piet", "contributes a lot"),
        ("reviewer", "Rosa", "decides borderline files"),
        ("builder", "Ben", "builds models"),
    ];

    public static async Task RunAsync(DemoState state, CancellationToken cancel)
    {
        using var nobody = new AssayClient(state.Server);
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (part, name, does) in Cast)
        {
            var email = $"{name.ToLowerInvariant()}@demo.example";
            var password = RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyz23456789", 16);
            var account = await nobody.PostAsync<AccountView>("/api/v1/accounts",
                new SignUpRequest(email, name, password, part == "operator" ? state.SetupToken : null), cancel);
            if (part == "reviewer")
            {
                account = await state.As("operator").PostAsync<AccountView>("/api/v1/roles", new GrantRoleRequest(email, Roles.Reviewer), cancel);
            }

            // The session is the password's proof; the key is made with it, as on the account page.
            using var session = new AssayClient(state.Server);
            await session.PostAsync<AccountView>("/api/v1/session", new SignInRequest(email, password), cancel);
            var key = await session.PostAsync<ApiKeyView>("/api/v1/keys", new CreateKeyRequest("demo"), cancel);
            state.People[part] = account;
            state.Add(part, new AssayClient(state.Server, key.Key));
            rows.Add([name, does, email, password, key.Key!]);
        }

        DemoScreen.Table(["Name", "Part", "Sign in with", "Password", "API key"], rows);
        DemoScreen.Say($"Sign in at {new Uri(state.Server, "/sign-in")}, or send a key as 'Authorization: Bearer KEY'.");
    }
}
